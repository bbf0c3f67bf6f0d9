"""Many runs: kept as they finish, resumed, on this machine or on a cluster."""
