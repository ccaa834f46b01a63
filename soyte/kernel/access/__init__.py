"""Who may do what to which rows, from one declaration (rules.py): posts, the actor, `can`, `visible`, `why`, `requires`."""
