"""What was seen at one visit?"""
