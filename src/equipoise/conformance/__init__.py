"""Does a piece of software answer the published rules as they are written?"""
