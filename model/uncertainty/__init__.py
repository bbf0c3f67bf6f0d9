"""How sure we are: distributions of the uncertain figures and draws from them."""
