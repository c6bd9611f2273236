import sys

print(sys.implementation.name)
print(sys.version_info[:2])
