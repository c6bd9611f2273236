grid = [[0] * 3] * 3
grid[0][0] = 1025
print(grid)

grid = [[0] * 3 for row in range(3)]
grid[0][0] = 1025
print(grid)
