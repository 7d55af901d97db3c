"""From the state of the machine to what is shown: models of screens, and how a state becomes one."""
