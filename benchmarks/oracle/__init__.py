"""The oracle: every rate of a dense grid trained to full length, so that a search can be judged by replaying it."""
