"""Who works on what: users, teams, memberships with a role, invitations. The lowest layer."""
