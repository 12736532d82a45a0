"""Study definitions, one TOML file each; under results/ what published runs of them found."""
