"""What should be asked before the trial?"""
