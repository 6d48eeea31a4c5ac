"""Which arm?"""
