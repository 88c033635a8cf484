/** Callbacks: a contents page. */
export { type BackupAndRestoreOptions, backupAndRestore } from './backupAndRestore.ts';
export type { Callback, CallbackState, FitPlan, Logs } from './callback.ts';
export { type CSVLoggerOptions, csvLogger } from './csvLogger.ts';
export { EarlyStopping, type EarlyStoppingOptions, earlyStopping } from './earlyStopping.ts';
export { diskFiles, type FileStore } from './files.ts';
export { History } from './history.ts';
export { lambda } from './lambda.ts';
export { learningRateScheduler } from './learningRateScheduler.ts';
export { type ModelCheckpointOptions, modelCheckpoint } from './modelCheckpoint.ts';
export type { MonitorMode } from './monitor.ts';
export { type ProgressBarOptions, type ProgressStream, progressBar } from './progressBar.ts';
export { type ReduceLROnPlateauOptions, reduceLROnPlateau } from './reduceLROnPlateau.ts';
export { type TensorBoardOptions, tensorBoard } from './tensorBoard.ts';
export { TerminateOnNaN, terminateOnNaN } from './terminateOnNaN.ts';
