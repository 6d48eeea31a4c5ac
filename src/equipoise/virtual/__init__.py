"""What are virtual people?"""
