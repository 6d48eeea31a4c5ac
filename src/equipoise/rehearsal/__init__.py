"""What would this trial look like, from first visit to last contact?"""
