"""How dbt is called: its parsed project, the process it runs in, and the file it builds."""
