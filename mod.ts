/**
 * Ehrloom learns from longitudinal health records, generates synthetic ones and evaluates them, in five
 * calls: {@link prepare} reads source files, {@link train} and {@link generate} make synthetic records,
 * {@link evaluate} compares them with the real ones, and {@link writeReport} writes the page.
 *
 * @example
 * ```ts
 * import { evaluate, generate, prepare, splitOf, train, useBackend, writeReport } from "ehrloom";
 *
 * async function synthesise(source: string, folder: string): Promise<void> {
 *   await useBackend("wasm");
 *   const real = await prepare("synthea", source);
 *   const run = await train(real, `${folder}/run`, { model: "halo" });
 *   const { cohort: synthetic } = await generate(run, { count: real.recordCount });
 *   const report = await evaluate(real, synthetic, { run, quick: true });
 *   await writeReport(`${folder}/report`, report, { real: splitOf(real, "train"), synthetic });
 * }
 * ```
 *
 * @module
 */

// What all stages share
export { type Random, random } from "./lib/random.ts";
export type { FinishedEpoch, OnProgress, Progress } from "./lib/progress.ts";
export type { LongWorkOptions } from "./lib/long_work.ts";
export { printable } from "./lib/printable.ts";
export { nearestName, whatIsKnown } from "./lib/nearest_name.ts";
export type { OnBadRow } from "./lib/files/csv.ts";
export { claimed, type ClaimOptions, putBackForReading, writeWhole } from "./lib/files/output.ts";

// The cohort
export {
  type Cohort,
  cohort,
  type CohortParts,
  concatenated,
  type Demographics,
  sexNames,
  type Split,
  splitNames,
  splitOf,
  subset,
} from "./lib/cohort/cohort.ts";
export type { Races } from "./lib/cohort/races.ts";
export {
  cohortOf,
  type RecordArrays,
  type RecordLists,
  recordLists,
  visitCodes,
  visitsOf,
} from "./lib/cohort/records.ts";
export { type Vocabulary, vocabulary } from "./lib/cohort/vocabulary.ts";
export {
  parsePhenotypes,
  type Phenotype,
  readPhenotypes,
  withLabels,
  type WithLabelsOptions,
} from "./lib/cohort/labels.ts";
export {
  codes,
  events,
  type Frame,
  labels,
  measurements,
  records,
  summary,
} from "./lib/cohort/statistics.ts";
export {
  brokenTableFile,
  syntheaLabsSample,
  syntheaLabsSampleFolder,
  syntheaSample,
  syntheaSampleFolder,
} from "./lib/cohort/sample.ts";
export { withSplits } from "./lib/cohort/splits.ts";
export {
  readSynthea,
  type SyntheaOptions,
  type SyntheaTable,
  syntheaTables,
} from "./lib/cohort/sources/synthea/synthea.ts";
export { readMeds, type ReadMedsOptions } from "./lib/cohort/meds/read.ts";
export { writeMeds, type WriteMedsOptions } from "./lib/cohort/meds/write.ts";
export {
  type GenerationNotes,
  notesJson,
  readGenerationNotes,
  readRunFingerprint,
} from "./lib/cohort/meds/generation_notes.ts";
export { sources } from "./lib/cohort/sources/mod.ts";
export type { OnSaid } from "./lib/cohort/sources/on_said.ts";
export { prepare, type PrepareOptions } from "./lib/cohort/sources/prepare.ts";
export type {
  OptionValues,
  ReadHow,
  SourceOption,
  SourceOptions,
  SourceSummary,
} from "./lib/cohort/sources/source.ts";
export {
  type Exclusion,
  parseRules,
  type Patient,
  readRules,
  type Restriction,
  type Rule,
  type Rules,
  rulesFor,
  rulesText,
} from "./lib/cohort/rules/rules.ts";
export { learnedRules, type LearnedRulesOptions } from "./lib/cohort/rules/learned_rules.ts";
export { type BrokenRule, brokenRules } from "./lib/cohort/rules/broken_rules.ts";
export { type LongRecords, longRecords } from "./lib/cohort/long_records.ts";
export {
  type Cut,
  type LabelCount,
  type Quality,
  qualityInWords,
  readQuality,
  type Sizes,
} from "./lib/cohort/quality.ts";
export { mappingInWords, qualityPage } from "./lib/cohort/quality/page.ts";
export type { ColumnFilled, RowsWhy, TableQuality } from "./lib/cohort/quality/table_quality.ts";
export type { Findings, Some, UnitsOfCode } from "./lib/cohort/quality/findings.ts";
export type { FarValues } from "./lib/cohort/quality/far_values.ts";
export type { MappedCounts, Mapping } from "./lib/cohort/codes/mapping/code_map.ts";
export { type CodeGroup, codeGroups } from "./lib/cohort/codes/mapping/groups.ts";
export { type CodeChange, codeChanges } from "./lib/cohort/codes/mapping/equivalent_codes.ts";
export type { MappingOptions } from "./lib/cohort/sources/code_mapping.ts";
export { type WhichValue, whichValues } from "./lib/cohort/sources/which_value.ts";
export { isOrderOnly } from "./lib/cohort/order_only.ts";
export { trimmed, type TrimOptions } from "./lib/cohort/trim.ts";
export {
  type CodeEdge,
  type CodeGraph,
  codeGraph,
  codeGraphOf,
  readCodeGraph,
} from "./lib/cohort/codes/code_graph.ts";
export { parseRecordsJson, readRecordsJson } from "./lib/cohort/sources/records_json.ts";
export {
  codesWithoutDescription,
  type DescribedCodes,
  readDescriptions,
} from "./lib/cohort/codes/code_descriptions.ts";

// Simulated cohorts
export {
  simulate,
  simulatedParts,
  type SimulateOptions,
  simulationDefaults,
} from "./lib/simulate/simulate.ts";
export { writeSimulated, type WriteSimulatedOptions } from "./lib/simulate/write_simulated.ts";
export { truthOf } from "./lib/simulate/truth_of.ts";
export {
  readTruth,
  type SimulatedCode,
  type SimulatedLabel,
  type SimulatedValue,
  type SimulationModel,
  type Topic,
  type TopicFigures,
  type TrueFigures,
  type TruePair,
  type Truth,
  type TruthOptions,
} from "./lib/simulate/truth.ts";
export {
  type KnownPatient,
  type TrueProbabilities,
  trueProbabilities,
} from "./lib/simulate/true_probabilities.ts";
export { testLossOfTruth } from "./lib/simulate/truth_likelihood.ts";

// Engines and parameters
export { type Backend, backends, backendVersions, useBackend } from "./lib/nn/backend.ts";
export { peakFlops } from "./lib/nn/peak.ts";
export type { Initial, Initials } from "./lib/nn/initial.ts";
export type { NamedArrays, ShapedArray } from "./lib/nn/parameters.ts";

// Models
export type {
  BlockLikelihood,
  CellHits,
  CodeKnowledge,
  RecordLikelihood,
  Sampler,
  WaitLikelihood,
} from "./lib/models/interface/model.ts";
export {
  type CodeBins,
  type GivenBins,
  givenBins,
  readGivenBins,
} from "./lib/models/numbers/given_bins.ts";
export {
  allowedValues,
  type ChoiceSetting,
  type FlagSetting,
  type ModelConfig,
  type NumberSetting,
  type Setting,
  type Settings,
  type SettingValue,
} from "./lib/models/interface/settings.ts";
export {
  type CodeEmbeddings,
  isEmbeddingsPath,
  parseCodeEmbeddings,
  readCodeEmbeddings,
  writeCodeEmbeddings,
} from "./lib/models/knowledge/code_embeddings.ts";
export { embedCodes } from "./lib/models/knowledge/embed_codes.ts";
export {
  readSentenceEncoder,
  type SentenceEncoder,
} from "./lib/models/knowledge/sentence_encoder.ts";
export {
  comparedModels,
  modelSummaries,
  type ModelSummary,
  parseSettings,
  presetOf,
  settingsOf,
} from "./lib/models/mod.ts";
export {
  type ContextCoverage,
  type Coverage,
  coverageInWords,
  type Covered,
  writesOrderOnly,
} from "./lib/models/coverage.ts";
export type { Schema, Series } from "./lib/models/numbers/record_schema.ts";
export type { WaitStart } from "./lib/models/waits/wait_start.ts";

// Training
export { train, type TrainOptions } from "./lib/train/train.ts";
export { joinMpi } from "./lib/train/processes/mpi.ts";
export { helpTrain } from "./lib/train/processes/help.ts";
export type { ProcessGroup } from "./lib/train/processes/process_group.ts";
export { type Preset, presetFor, trainingVisits } from "./lib/models/interface/preset.ts";
export {
  type DescentEstimate,
  estimateTraining,
  type TrainingEstimate,
} from "./lib/train/dry_run.ts";
export {
  type Canaries,
  type CanaryOptions,
  type WithCanaries,
  withCanaries,
} from "./lib/train/canaries.ts";
export type { CanaryNote } from "./lib/train/stored_canaries.ts";
export { trainOptionsOf } from "./lib/train/from_run.ts";
export {
  againstPreset,
  type NamedPreset,
  namedPreset,
  namedPresets,
  type TriedPreset,
} from "./lib/train/named_presets.ts";
export { parameterCount } from "./lib/train/parameter_count.ts";
export { unfinishedRun } from "./lib/train/unfinished.ts";
export type { Restart } from "./lib/train/schedule.ts";
export {
  type Training,
  trainingDefaults,
  trainingFor,
  type TrainingOptions,
  usualCheckpointMinutes,
} from "./lib/train/options.ts";
export { startInWords, type TrainingStart } from "./lib/train/start.ts";
export { readRun, readRunConfig } from "./lib/train/read_run.ts";
export { runFingerprint } from "./lib/train/run_fingerprint.ts";
export {
  type Calibration,
  needsEngine,
  type Run,
  type RunConfig,
  type TrainingLine,
} from "./lib/train/run_folder.ts";
export { readStateDict, writeStateDict } from "./lib/train/state_dict.ts";
export {
  checkPrivacyBudget,
  type PrivacyBudget,
  stepsLeft,
} from "./lib/train/private/accounting/budget.ts";
export { noiseFor } from "./lib/train/private/accounting/noise_for.ts";
export { type Privacy, privacyInWords, type PrivacyOptions } from "./lib/train/private/privacy.ts";
export {
  type NoisyStep,
  type NoisySteps,
  withSteps,
} from "./lib/train/private/accounting/noisy_steps.ts";
export { deltaSpent, epsilonSpent } from "./lib/train/private/accounting/pld.ts";
export {
  epsilonByRdp,
  type RdpEpsilon,
  renyiDivergence,
} from "./lib/train/private/accounting/rdp.ts";

// Generating
export { generate, type Generated, generateParts } from "./lib/generate/generate.ts";
export { conditionals } from "./lib/generate/conditionals.ts";
export { codeLosses, type PresentLoss, type RowLosses } from "./lib/generate/code_losses.ts";
export type { ConditionalsOptions } from "./lib/generate/next_probabilities.ts";
export { repeatedLabels } from "./lib/generate/given_labels.ts";
export type { GenerationOptions } from "./lib/generate/options.ts";
export { type Shard, shardOf } from "./lib/generate/shards.ts";
export { askedDigest, type ShardNotes } from "./lib/generate/shard_notes.ts";
export {
  asWritten,
  type MergeOptions,
  mergeShards,
  readSynthetic,
  type SyntheticCohort,
} from "./lib/generate/merge.ts";
export type { RuleTally } from "./lib/generate/rule_guard.ts";

// Judging
export { type AlignedCohorts, alignedCohorts, type NameDifferences } from "./lib/evaluate/align.ts";
export { evaluate, type EvaluateOptions } from "./lib/evaluate/evaluate.ts";
export { sharedCohort } from "./lib/cohort/shared_cohort.ts";
export { type RealSplits, realSplits } from "./lib/evaluate/real_splits.ts";
export type {
  AdversarialAccuracy,
  Aggregate,
  AttributeInference,
  CalledMembers,
  ClosestRecords,
  CodeLadder,
  CoherenceFidelity,
  Copies,
  CopyingCheck,
  DistributionDistance,
  Estimate,
  Fidelity,
  FidelityFigures,
  IdenticalRecords,
  InferredAttributes,
  IntervalMethod,
  KernelDiscrepancy,
  LabelPrevalence,
  LadderRung,
  LagPersistence,
  LeftOut,
  Likelihood,
  LowAndMedian,
  Manifolds,
  MeasuredCode,
  Membership,
  MembershipByDistance,
  MembershipByLikelihood,
  NamedCode,
  NnAdversarialAccuracy,
  NothingMeasured,
  OnsetFidelity,
  PartialFidelity,
  PartialReport,
  PersistenceFidelity,
  PrivacyAudit,
  ProbabilityAgreement,
  ProbabilityFidelity,
  PropensityError,
  PublishedAdversarialAccuracy,
  RareCodes,
  RateFidelity,
  Report,
  ReportAbout,
  SampleQuality,
  Scale,
  Scaled,
  StoredAbout,
  Summary,
  SummaryRow,
  TooLong,
  TprAtFpr,
  TransitionFidelity,
  TwoSampleTest,
  ValueFidelity,
  Verdict,
  VocabularyFidelity,
} from "./lib/evaluate/report.ts";
export type {
  ClassifierReliability,
  Reliability,
  RocSteps,
  SurvivalCurves,
} from "./lib/evaluate/report.ts";
export type { ScaledGroup } from "./lib/evaluate/summary/scaled_kinds.ts";
export { type ScaledRow, type ScaledRows, scaledRows } from "./lib/evaluate/summary/scaled_rows.ts";
export type {
  AttackFigures,
  AttackRisk,
  Attacks,
  BrokenRules,
  BrokenRuleShare,
  CalendarFidelity,
  CodeInference,
  ComparedValues,
  CorrelationDifference,
  CovarianceFidelity,
  EmpiricalEpsilon,
  Extracted,
  Extraction,
  GroupFigure,
  InferredCode,
  Linkability,
  MembershipBattery,
  SinglingOut,
  StrongestAttack,
  Subgroup,
  Subgroups,
  ValueDistributions,
  VisitTrend,
  WeeklyAgreement,
  YearlyWave,
} from "./lib/evaluate/report.ts";
export { type Lira, lira, type LiraOptions } from "./lib/evaluate/privacy/membership/lira.ts";
export {
  attackByShadows,
  type LiraFolderOptions,
  liraInWords,
  type LiraReport,
  readLira,
} from "./lib/evaluate/privacy/membership/lira_folder.ts";
export { attackPart, type LiraPartOptions } from "./lib/evaluate/privacy/membership/lira_parts.ts";
export {
  type Shadow,
  shadowModels,
  type ShadowOptions,
} from "./lib/evaluate/privacy/membership/shadow_models.ts";
export {
  type AuditedGuesses,
  type AuditOptions,
  oneRunAudit,
} from "./lib/evaluate/privacy/membership/one_run_audit.ts";
export {
  type CanaryAudit,
  canaryAudit,
  extractedCanaries,
} from "./lib/evaluate/privacy/membership/canaries.ts";
export { readReport, type StoredReport } from "./lib/evaluate/read_report.ts";
export { reportJsonSchema } from "./lib/evaluate/report_json_schema.ts";
export { reportTables, type TableRow } from "./lib/evaluate/report_tables.ts";
export {
  likelihoodMetrics,
  type LikelihoodOptions,
  tooLongInWords,
} from "./lib/evaluate/likelihood/likelihood.ts";
export {
  hasLikelihood,
  runLikelihood,
  type RunLikelihoodOptions,
} from "./lib/evaluate/likelihood/run_likelihood.ts";
export {
  fidelity,
  fidelityFigures,
  type FidelityOptions,
} from "./lib/evaluate/fidelity/fidelity.ts";
export { fidelityMeasures } from "./lib/evaluate/fidelity/mod.ts";
export { utilityMeasures } from "./lib/evaluate/utility/mod.ts";
export type { PhenotypeFigures, PhenotypeRow } from "./lib/evaluate/utility/phenotype_figures.ts";
export type { TrainedOnEach } from "./lib/evaluate/utility/trained_on_each.ts";
export type { OutcomeFigures } from "./lib/evaluate/utility/outcomes/outcomes.ts";
export type { SetSizes } from "./lib/evaluate/utility/balanced_sets.ts";
export type {
  NextVisit,
  PredictorRecall,
  RecallAt,
} from "./lib/evaluate/utility/next_visit/next_visit.ts";
export type { PredictedCodes } from "./lib/evaluate/utility/next_visit/hits.ts";
export type { Predictor } from "./lib/evaluate/utility/next_visit/predictors.ts";
export type {
  ComparedEffect,
  EffectAgreement,
  Effects,
} from "./lib/evaluate/utility/effects/effects.ts";
export type {
  CodeSurvival,
  Survival,
  SurvivalGap,
} from "./lib/evaluate/utility/survival/survival.ts";
export type { TimeUnit } from "./lib/evaluate/utility/survival/first_events.ts";
export {
  type ClassifierDifferences,
  type ClassifierFigure,
  classifierFigureNames,
  type ClassifierFigures,
  type ComparedFigure,
  comparedFigureNames,
} from "./lib/evaluate/classification/classifier_figures.ts";
export { type RankedCases, rankedCases } from "./lib/evaluate/classification/ranked_cases.ts";
export { auroc, deLong, tprAtFpr } from "./lib/evaluate/classification/roc.ts";
export {
  type LogOddsRatio,
  logOddsRatio,
  type Table as TwoByTwoTable,
} from "./lib/evaluate/utility/effects/odds_ratio.ts";
export { kaplanMeier } from "./lib/evaluate/utility/survival/kaplan_meier.ts";
export {
  type RareCondition,
  rareCondition,
  type RareConditionOptions,
} from "./lib/evaluate/utility/rare_condition.ts";
export { privacyMeasures } from "./lib/evaluate/privacy/mod.ts";
export { type SelfTest, selfTest, type SelfTestCheck } from "./lib/evaluate/privacy/self_test.ts";
export type {
  Answer,
  Asked,
  FiguresOf,
  Judged,
  Measure,
  Need,
  ThoroughMeasure,
} from "./lib/evaluate/measure.ts";
export {
  type ComparedRatio,
  ratio,
  type RatioOptions,
  type RecordSums,
  type Sums,
} from "./lib/evaluate/ratio.ts";
export { judge, type Judgement, type JudgeOptions } from "./lib/evaluate/judge.ts";
export { type Schema as JsonSchema } from "./lib/files/checked_json.ts";
export { measureNames, misnamed } from "./lib/evaluate/measures.ts";
export { checkSensitive, readCodeNames } from "./lib/evaluate/sensitive_codes.ts";
export {
  type ComparedModel,
  type Comparison,
  comparisonFrame,
  type Difference,
  differenceFrame,
} from "./lib/evaluate/comparison.ts";
export type { SeedSpread, Spreads } from "./lib/evaluate/seed_spread.ts";
export { type Role } from "./lib/evaluate/bootstrap.ts";
export {
  type CodeProbabilities,
  codeProbabilities,
} from "./lib/evaluate/fidelity/code_probabilities.ts";
export { type CodeKind, codeKinds } from "./lib/evaluate/fidelity/counting/key_rows.ts";
export {
  type PairedOptions,
  type PairedProbabilities,
  pairedProbabilities,
  type RareKeys,
} from "./lib/evaluate/fidelity/paired_probabilities.ts";
export { probabilityFrame } from "./lib/evaluate/fidelity/probability_frame.ts";
export { r2 } from "./lib/evaluate/fidelity/r2.ts";
export {
  kolmogorovSmirnov,
  totalVariation,
  wasserstein1,
} from "./lib/evaluate/fidelity/distribution_distance.ts";
export {
  type AggregateStatistics,
  aggregateStatistics,
} from "./lib/evaluate/fidelity/aggregate_statistics.ts";
export { type Moments } from "./lib/evaluate/fidelity/count_moments.ts";
export { labelPrevalence, withLabel } from "./lib/evaluate/fidelity/label_prevalence.ts";
export { independentMarginals } from "./lib/evaluate/fidelity/independent_marginals.ts";

// Figures and the report
export { figureCsv } from "./lib/plot/figures/figure_points.ts";
export { type FigureOptions } from "./lib/plot/figures/figure_options.ts";
export { fidelityOverview } from "./lib/plot/figures/fidelity_overview.ts";
export {
  probabilityScatter,
  type ProbabilityScatterOptions,
} from "./lib/plot/figures/probability_scatter.ts";
export { binnedValues, type BinnedValuesOptions } from "./lib/plot/figures/binned_values.ts";
export {
  codesPerVisit,
  countDistribution,
  type CountDistributionOptions,
  visitsPerRecord,
} from "./lib/plot/figures/count_distribution.ts";
export { calibrationFigure } from "./lib/plot/figures/calibration.ts";
export {
  daysBetweenVisits,
  type DaysBetweenVisitsOptions,
} from "./lib/plot/figures/days_between_visits.ts";
export { forestPlot } from "./lib/plot/figures/forest.ts";
export { type AttackedCohorts, membershipRoc } from "./lib/plot/figures/membership_roc.ts";
export { type CodeNames, survivalCurves } from "./lib/plot/figures/survival_curves.ts";
export { decileLadder, type Ladders } from "./lib/plot/figures/decile_ladder.ts";
export { labelPrevalenceFigure } from "./lib/plot/figures/label_prevalence.ts";
export {
  type HeatCell,
  heatMap,
  type HeatMapContents,
  type HeatRow,
} from "./lib/plot/figures/heat_map.tsx";
export { lossMap } from "./lib/plot/figures/loss_map.tsx";
export { type NotebookOutput } from "./lib/plot/figures/notebook_output.ts";
export { liveScatters, type LiveScattersOptions } from "./lib/plot/page/live_scatters.tsx";
export { table } from "./lib/plot/figures/table.tsx";
export { type EpochLosses, trainingCurve } from "./lib/plot/figures/training_curve.ts";
export {
  valueDistributions,
  type ValueDistributionsOptions,
} from "./lib/plot/figures/value_distributions.ts";
export {
  reportHtml,
  type ReportSources,
  writeReport,
  writeReportFiles,
} from "./lib/plot/report/report.ts";
export { dossierHtml, writeDossier } from "./lib/plot/dossier/dossier.ts";
export {
  type DossierPaths,
  type DossierSources,
  readDossierSources,
} from "./lib/plot/dossier/sources.ts";
export type { CohortFacts, LabelFacts } from "./lib/plot/dossier/cohort_facts.ts";
export { comparisonOverview } from "./lib/plot/figures/comparison_overview.ts";
export { type ScatterColumn, scatterGrid } from "./lib/plot/figures/scatter_grid.ts";
export { type CohortFigures } from "./lib/evaluate/key_figures.ts";
export {
  readWeights,
  type UseCaseRanking,
  type UseCases,
  useCases,
  type UseCaseScore,
  type UsedFigure,
  type Weights,
} from "./lib/evaluate/use_cases.ts";
export { type Compared, comparisonHtml, scatterColumns } from "./lib/plot/comparison/comparison.ts";

// Models side by side
export { compare, comparePart } from "./lib/compare/compare.ts";
export type { ComparedPart } from "./lib/compare/parts.ts";
export { type CompareOptions, type Contestant } from "./lib/compare/plan.ts";

// A page to play with
export { playPage, type PlayPageOptions, type PlayProgram } from "./lib/play/play_page.tsx";

// Many machines
export {
  beginJobs,
  isDone,
  type Job,
  type JobList,
  openElements,
  readJobList,
} from "./lib/cluster/job_list.ts";
export { jobScript, type JobScriptOptions, shellWord } from "./lib/cluster/job_script.ts";
export {
  imageProject,
  type KubernetesOptions,
  writeKubernetesJobs,
} from "./lib/cluster/kubernetes.ts";
export { type JobState, jobStates, lastLine } from "./lib/cluster/job_states.ts";
export {
  arrayRange,
  type QueuedJob,
  queuedJobs,
  readSlurmJobs,
  type SlurmJobs,
  type SlurmOptions,
  slurmScript,
  writeSlurmJobs,
  writeSlurmScripts,
} from "./lib/cluster/slurm.ts";
