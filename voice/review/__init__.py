"""The reviewers' work on archived calls: who may do what, what is worth their time, what they found."""
