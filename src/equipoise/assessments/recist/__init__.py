"""What did RECIST 1.1 say at each visit?"""
