"""What became of this person?"""
