"""What a record is made of, read for one actor: visits he may not see bring no row of any kind."""
