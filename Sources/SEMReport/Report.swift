internal import SEM
