"""What does the record of a registry declare?"""
