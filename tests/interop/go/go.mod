module hwctickets.example/clients

go 1.24
