import gc, threading, time

objects = [[i] for i in range(1_500_000)]
gaps, stop = [], False

def heartbeat():
    last = time.perf_counter()
    while not stop:
        time.sleep(0.001)
        now = time.perf_counter()
        gaps.append(now - last)
        last = now

thread = threading.Thread(target=heartbeat)
thread.start()
begin = time.perf_counter()
gc.collect()
pause = time.perf_counter() - begin
stop = True
thread.join()
print("the other thread stood still for the collection:", max(gaps) > 0.8 * pause)
