"""What people said: schemes, campaigns, rounds, assignments, votes, consensus, agreement."""
