/** A kernel that a store has from the beginning and that carries commands only once there is something to train. */
import { NO_KERNEL } from "../../player/replay";
import type { Command, Kernel } from "../../player/types";

export class LateKernel implements Kernel {
  target: Kernel = NO_KERNEL;

  send(command: Command): void {
    this.target.send(command);
  }

  setCursor(cursor: number): void {
    this.target.setCursor(cursor);
  }
}
