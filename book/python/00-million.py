import sys

numbers = list(range(1025, 1001025))
print("the list:    ", sys.getsizeof(numbers))
print("the numbers: ", sum(sys.getsizeof(n) for n in numbers))
