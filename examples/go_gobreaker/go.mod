module example.com/quotes

go 1.24

require github.com/sony/gobreaker/v2 v2.4.0
