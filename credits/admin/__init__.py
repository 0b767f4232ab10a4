"""Credit exchange in admin: the college's queue, the decision page, the rules and their replay."""
