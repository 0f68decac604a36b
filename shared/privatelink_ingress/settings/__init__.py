"""What a stack file may say: one frozen model per project, unknown keys refused, all errors in one message."""
