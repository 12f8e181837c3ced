"""Drives an unmodified NexRL train service (`direct-zmq`) behind the train-service protocol. Runs inside NexRL's image.

What it says to NexRL follows NexRL 1.4.0: nexrl/train_service_backend/api/{api_server,direct_zmq_client}.py,
distributed/worker_process.py, fsdp_worker/fsdp_actor.py and utils/protocol.py.
"""
