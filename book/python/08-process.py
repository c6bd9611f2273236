import os

numbers = [1]
if os.fork() == 0:
    numbers.append(2)
    print("child: ", numbers, flush=True)
    os._exit(0)
os.wait()
print("parent:", numbers)
