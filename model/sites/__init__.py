"""The network that treats: who may be sent where, and what each site has."""
