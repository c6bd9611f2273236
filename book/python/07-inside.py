import gc

class Node:
    def __init__(self):
        self.me = self
    def __del__(self):
        print("inside:", gc.collect())

gc.collect()
Node()
print("outside:", gc.collect())
