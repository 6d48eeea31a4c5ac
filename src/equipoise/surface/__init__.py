"""What can be done from Python? What the terminal does; `import equipoise` finds it here."""
