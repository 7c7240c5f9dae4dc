"""The place of a quote on the page: from the words of a page with their boxes to the boxes that are to be marked.

Pure computations, bounded whatever the page has: ``locate`` is where to begin reading.
"""
