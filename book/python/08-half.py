def left():
    print("left")
    return 1

try:
    left() + right()
except NameError as error:
    print(error)
