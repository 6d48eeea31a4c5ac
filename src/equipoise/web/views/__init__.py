"""The pages. A view reads, calls one function of `conduct` or `surface`, and shows a page."""
