"""The network that treats: who may be sent where, what each site has, and what more of it costs."""
