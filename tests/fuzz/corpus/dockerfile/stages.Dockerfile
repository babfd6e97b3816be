# syntax=docker/dockerfile:1
ARG CUDA=12.4.1
FROM nvidia/cuda:${CUDA}-cudnn-devel-ubuntu22.04 AS build
ENV A="b" \
    C=d
RUN apt-get update && apt-get install -y python3-pip && \
    # a comment inside
    pip3 install --no-cache-dir -U "torch==2.5.1" --index-url https://download.pytorch.org/whl/cu124
FROM build
COPY requirements.txt .
RUN python3 -m pip install -r requirements.txt ; pip install $UNKNOWN
RUN uv pip install 'tensorflow[and-cuda]==2.20.0'
