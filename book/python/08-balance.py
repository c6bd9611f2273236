import threading

balance = 0
both = threading.Barrier(2)

def deposit():
    global balance
    seen = balance      # load
    both.wait()         # wait for the other one, without the GIL
    balance = seen + 1  # add, store

threads = [threading.Thread(target=deposit) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("two deposits of 1:", balance)
