"""Standard evaluation: predict once, keep the predictions, score them with pure functions."""
