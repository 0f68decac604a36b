"""All stack files of a repository together: checks across them, onboarding, offboarding."""
