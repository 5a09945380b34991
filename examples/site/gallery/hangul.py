from epochscope import EpochScope

# 윤동주, 별 헤는 밤
scope = EpochScope("계절이 지나가는 하늘에는 가을로 가득 차 있습니다.", readout=True, lr=0.02, epochs=150)
scope.train()

# --- What its page tells.
history = scope.history
page = scope
shown = int(history.accuracy.argmax()) // 2
facts = {
    "positions": history.positions,
    "tokens": len(history.alphabet),
    "first": history.accuracy.argmax(),
}
