"""Is anybody speaking, and when did they begin and end?"""
