"""What does re-challenge gain, and of whom?"""
