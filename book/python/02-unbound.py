total = 5000

def add(n):
    total = total + n
    return total

try:
    add(1)
except UnboundLocalError as error:
    print(error)
print("local names of add:", add.__code__.co_varnames)
