"""May this person enter?"""
