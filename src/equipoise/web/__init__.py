"""The pages: a thin edge over `conduct`. A view reads, calls one function, shows a page; no rule
lives in a view or a template.
"""
