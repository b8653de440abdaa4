// The one script a page names. Every module upgrades something that works without it.
