import sys, threading

def count():
    global done
    for _ in range(5_000_000):
        pass
    done = True

print("the switch interval:", sys.getswitchinterval())
for interval in (0.005, 1000):
    sys.setswitchinterval(interval)
    done = False
    thread = threading.Thread(target=count)
    thread.start()
    print(f"{interval}: when the main thread came back, the other one was",
          "done" if done else "in the middle")
    thread.join()
